"""What every page stands in: who sits where, the rail, the banners, the shape of refusals."""
