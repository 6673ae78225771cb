"""The colours of all figures, told apart with any kind of colour vision."""

# M. Okabe and K. Ito, "Color universal design" (2008).
BLUE, ORANGE, SKY, VERMILION = "#0072B2", "#E69F00", "#56B4E9", "#D55E00"
PINK, GREY, BLACK = "#CC79A7", "#B8B8B8", "#1A1A1A"
SERIES = (BLUE, ORANGE, SKY, VERMILION, BLACK)
CATEGORIES = (*SERIES, "#882255", "#77AA77", "#BB00FF")  # the last three chosen by simulation
LINES = tuple(zip(SERIES, ("-", "--", ":", "-.", "-"), ("o", "s", "^", "D", "v"), strict=True))
