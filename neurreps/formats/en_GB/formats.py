"""02/03/2027 is February to some and March to others, so a date is shown as 2027-03-02 in a field."""

DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d/%m/%Y"]
