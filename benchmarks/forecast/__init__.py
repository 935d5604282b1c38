"""How good forecasts are on open data, and what general experience is fitted from it."""
