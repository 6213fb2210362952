"""The workshop page: what-ifs in the browser, live, beside a baseline."""
