"""One module a table family; every query filters by owner where the row has one."""
