"""What goes out by itself: scheduled jobs, alerts, the outbox and its delivery."""
