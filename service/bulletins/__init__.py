"""Bulletins: their content as values that are kept, and the Word, slide, workbook and PDF files made from it."""
