"""The deviation rules: what each reads in the reports of a project, by what it is about."""
