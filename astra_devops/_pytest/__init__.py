"""What the pytest plugin consists of besides its fixtures."""
