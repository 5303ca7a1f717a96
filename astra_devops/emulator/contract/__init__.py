"""The contract that requests and answers are checked against, and the routes in it."""
