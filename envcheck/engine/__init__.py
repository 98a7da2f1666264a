"""The only room that knows the Docker SDK: its errors become ours here, its objects never leave."""
