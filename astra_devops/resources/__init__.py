"""The async clients of the API's resources, one noun per file."""
