"""A shop's parcels: what they weigh and what they cost to send."""
