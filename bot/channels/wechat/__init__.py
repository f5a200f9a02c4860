"""WeChat, as a service account (服务号) in safe mode. wechatpy is its signature and cipher here, nothing more.

envelope: what is signed and encrypted · receive: XML -> Inbound · routes: HTTP · answer: the reply in the webhook's own
response, or by message · ledger: what may be sent to whom · tokens: one access token for all processes · api: calls ·
render: words -> texts · send: texts -> WeChat · account: who we are, the menu and the QR codes.
"""
