"""WeCom (企业微信), for the brand's own staff: a self-built app whose alerts are cards with buttons.

receive: XML -> Inbound · routes: HTTP · api: calls · render: words -> texts and cards · send: -> WeCom · cards: which cards lie
open, and closing them for everybody once the matter is decided, wherever that was.
"""
