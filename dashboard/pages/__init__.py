"""One file per page: asks an answer, draws it. No SQL, no arithmetic, no sentence of its own."""
