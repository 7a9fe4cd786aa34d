"""Other people's forms, read by a mapping as a return of ours."""
