"""The pipeline from a request to keys, for the operator, the command line and the API."""
