"""The facts the trade reports (session.report): kind and the keys of its data. Money in minor units, quantities in base units.

orders.placed        number, total, currency, prepared_by
orders.review_asked  number, total, excess, until (ISO)
orders.approved      number, total, excess, by
orders.rejected      number, total, reason, by
orders.review_expired number, total
orders.shipped       number, carrier, tracking, value, lines {sku: base_qty}, rest
orders.received      number, delivery, by
orders.cancelled     number, total, reason, by
orders.backorder_filled number, lines {sku: base_qty}
orders.returned      number, value, lines {sku: base_qty}, reason
payments.recorded    amount, balance, order_number, settled {number: amount}
account.adjusted     amount, balance, reason
account.limit_changed credit_limit, was
prices.changed       sku, unit, price, valid_from (ISO), level
stock.low            sku, available, reorder_point, inbound_on (ISO or null), inbound_qty
stock.recovered      sku, available, reorder_point
drafts.can_be_filled draft_id, member_id, place
"""
