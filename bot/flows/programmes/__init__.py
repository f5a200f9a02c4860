"""Rebate programmes for staff: how a dealer stands, and settling before the period is over."""
