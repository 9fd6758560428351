# One wave from its files, with the weights made again by R's package survey (Lumley 2004); used by the scripts beside it.
# settings.csv    how the weights were made and what a stratum with one sampling unit contributes
# microdata.csv   a row for each interview: area, stratum, sampling unit, weights, auxiliaries x1 ... xq, values y1 ... yk
# totals.csv      the known total of each auxiliary
# figures.csv     the figures of the programme
suppressPackageStartupMessages(library(survey))

read_wave <- function(folder) {
  table_of <- function(name, ...) read.csv(file.path(folder, name), ...)
  settings <- table_of("settings.csv", colClasses = "character")
  setting <- setNames(settings$value, settings$name)
  people <- table_of("microdata.csv", colClasses = c(area = "character", stratum = "character", psu = "character"))
  figures <- table_of("figures.csv", colClasses = c(variable = "character", measure = "character", area = "character"))
  options(survey.lonely.psu = setting[["lonely"]])

  # Who gave no answer is in no mean, but the sampling units remain in the design: the value is then left out by its domain.
  variables <- unique(figures$variable)
  has_answer <- !is.na(people[variables])
  people[variables][!has_answer] <- 0

  difference_of_weights <- 0
  if (setting[["calibrated"]] == "yes") {
    totals <- table_of("totals.csv", colClasses = c(variable = "character", counts = "character"))
    before <- svydesign(ids = ~psu, strata = ~stratum, weights = ~base_weight, data = people, nest = TRUE)
    bounds <- c(as.numeric(setting[["low"]]), as.numeric(setting[["high"]]))
    design <- calibrate(
      before, reformulate(totals$variable, intercept = FALSE), population = setNames(totals$total, totals$variable),
      calfun = setting[["distance"]], bounds = bounds, epsilon = 1e-13, maxit = 500
    )
    difference_of_weights <- max(abs(weights(design) / people$weight - 1))
  } else {
    design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = people, nest = TRUE)
  }
  list(
    setting = setting, people = people, figures = figures, has_answer = has_answer, design = design,
    difference_of_weights = difference_of_weights
  )
}

# Under "average" a stratum with one sampling unit counts as the mean of the other strata in which the area has answers;
# survey's own option takes all strata of the design, so that it leaves such strata out and this factor is put to it.
raise <- function(wave, variable, area) {
  if (wave$setting[["lonely_here"]] != "average") return(1)
  people <- wave$people
  units <- tapply(people$psu, people$stratum, function(psu) length(unique(psu)))
  strata <- if (area == "*") names(units) else unique(people$stratum[wave$has_answer[, variable] & people$area == area])
  several <- sum(units[strata] > 1)
  if (several > 0) sqrt(length(strata) / several) else 1
}

# The weighted mean of an area, or of everybody ("*"), with its standard error in the whole design.
estimate <- function(wave, variable, area) {
  answered <- wave$has_answer[, variable] & (area == "*" | wave$people$area == area)
  of_area <- svymean(reformulate(variable), wave$design[answered, ])
  c(coef(of_area), SE(of_area) * raise(wave, variable, area))
}
