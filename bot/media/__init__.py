"""Files people send: fetched from their channel, looked at in a limited child process, kept."""
