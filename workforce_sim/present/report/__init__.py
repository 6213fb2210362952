"""The report: everything that a study has to say, in one page that opens offline and prints."""
