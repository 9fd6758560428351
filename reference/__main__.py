"""`python -m reference` writes docs/commands.md and docs/commands.zh.md."""

from reference.commands import FILES, document

if __name__ == "__main__":
    for language, file in FILES.items():
        file.write_text(document(language), "utf-8")
        print(file)
