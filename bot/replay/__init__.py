"""`dealer replay`: a chat history of the brand, read against its catalogue before going live. Nothing is written anywhere."""
