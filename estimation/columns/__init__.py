"""Columns of tables read as codes and as numbers, and what makes two computed values equal."""
