"""Several waves together: their joint covariance, combinations such as changes, and draws of their sampling errors."""
