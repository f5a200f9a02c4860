"""The facts the trade reports (session.report): kind and the keys of its data.

Money in minor units, quantities in base units, moments and days in ISO form; `by` is the subject who did it.

orders.placed            number, total, currency, prepared_by, by
orders.review_asked      number, total, excess, until, by
orders.approved          number, total, excess, by
orders.rejected          number, total, reason, by
orders.review_expired    number, total
orders.shipped           number, carrier, tracking, value, lines {sku: base_qty}, rest, by
orders.received          number, delivery, value: of what arrived now, by
orders.cancelled         number, total, reason, by
orders.backorder_filled  number, lines {sku: base_qty}
orders.returned          number, value, lines {sku: base_qty}, reason, by
payments.recorded        amount, balance, order_number, settled {number: amount}, by
account.adjusted         amount, balance, reason, by
account.limit_changed    credit_limit, was, by
prices.changed           sku, unit, price, valid_from, level (null: one dealer's own)
stock.low                sku, available, reorder_point, inbound_on, inbound_qty
stock.recovered          sku, available, reorder_point
stock.snoozed            sku, by
stock.wanted             sku, base_qty: suggested, by, name
stock.high               sku
drafts.can_be_filled     draft_id, member_id, place
"""
