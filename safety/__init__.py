"""What looks, remembers, marks, signs and logs; opens no connection."""
