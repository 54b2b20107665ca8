"""One file per language: node names and queries, declared; no engine code lives here."""
