"""One area in words and as rows: its sentences, and its waves one by one."""
