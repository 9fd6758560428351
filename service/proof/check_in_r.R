# The figures of a wave, computed again with R's package survey (Lumley 2004) from the files beside this script.
#   Rscript check_in_r.R
# settings.csv    how the weights were made and what a stratum with one sampling unit contributes
# microdata.csv   a row for each interview: area, stratum, sampling unit, weights, auxiliaries x1 ... xq, values y1 ... yk
# totals.csv      the known total of each auxiliary
# figures.csv     the figures of the programme, compared at the end
suppressPackageStartupMessages(library(survey))

settings <- read.csv("settings.csv", colClasses = "character")
setting <- setNames(settings$value, settings$name)
people <- read.csv("microdata.csv", colClasses = c(area = "character", stratum = "character", psu = "character"))
figures <- read.csv("figures.csv", colClasses = c(variable = "character", measure = "character", area = "character"))
options(survey.lonely.psu = setting[["lonely"]])

# Who gave no answer is in no mean, but the sampling units remain in the design: the value is then left out by its domain.
variables <- unique(figures$variable)
has_answer <- !is.na(people[variables])
people[variables][!has_answer] <- 0

# --- weights
if (setting[["calibrated"]] == "yes") {
  totals <- read.csv("totals.csv", colClasses = c(variable = "character", counts = "character"))
  before <- svydesign(ids = ~psu, strata = ~stratum, weights = ~base_weight, data = people, nest = TRUE)
  bounds <- c(as.numeric(setting[["low"]]), as.numeric(setting[["high"]]))
  design <- calibrate(
    before, reformulate(totals$variable, intercept = FALSE), population = setNames(totals$total, totals$variable),
    calfun = setting[["distance"]], bounds = bounds, epsilon = 1e-13, maxit = 500
  )
  difference_of_weights <- max(abs(weights(design) / people$weight - 1))
} else {
  design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = people, nest = TRUE)
  difference_of_weights <- 0
}

# --- estimates: weighted means of the areas and of everybody ("*"), with standard errors of the whole design
estimate <- function(variable, area) {
  answered <- has_answer[, variable] & (area == "*" | people$area == area)
  of_area <- svymean(reformulate(variable), design[answered, ])
  c(coef(of_area), SE(of_area))
}
computed <- t(mapply(estimate, figures$variable, figures$area))
figures$estimate_r <- computed[, 1]
figures$se_r <- computed[, 2]

# --- side by side
difference_of_estimates <- max(abs(figures$estimate_r - figures$estimate))
comparable <- setting[["se"]] == "yes"
difference_of_errors <- if (comparable) max(abs(figures$se_r - figures$se)) else NA
print(figures[, c("measure", "area", "n", "estimate", "estimate_r", "se", "se_r")], digits = 12, row.names = FALSE)
write.csv(figures, "compared_r.csv", row.names = FALSE)
cat(sprintf("largest relative difference of weights: %.3g\n", difference_of_weights))
cat(sprintf("largest difference of estimates: %.3g\n", difference_of_estimates))
cat(sprintf("largest difference of standard errors: %.3g\n", difference_of_errors))
limit <- as.numeric(setting[["limit"]])
differences <- c(difference_of_weights, difference_of_estimates, if (comparable) difference_of_errors)
if (any(is.na(differences)) || max(differences) > limit) quit(status = 1)
