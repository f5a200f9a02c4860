"""What is not business: greetings, thanks, complaints, and everything outside the product."""
