"""`python -m study.claims`: judge every promise, as study/claims/judged.py says."""

import typer

from study.claims.judged import main

typer.run(main)
