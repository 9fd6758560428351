# The figures of a wave, computed again with R's package survey from the files beside this script.
#   Rscript check_in_r.R
source("wave_in_r.R")
wave <- read_wave(".")
figures <- wave$figures
computed <- t(mapply(function(variable, area) estimate(wave, variable, area), figures$variable, figures$area))
figures$estimate_r <- computed[, 1]
figures$se_r <- computed[, 2]

# --- side by side
difference_of_estimates <- max(abs(figures$estimate_r - figures$estimate))
comparable <- wave$setting[["se"]] == "yes"
difference_of_errors <- if (comparable) max(abs(figures$se_r - figures$se)) else NA
print(figures[, c("measure", "area", "n", "estimate", "estimate_r", "se", "se_r")], digits = 12, row.names = FALSE)
write.csv(figures, "compared_r.csv", row.names = FALSE)
cat(sprintf("largest relative difference of weights: %.3g\n", wave$difference_of_weights))
cat(sprintf("largest difference of estimates: %.3g\n", difference_of_estimates))
cat(sprintf("largest difference of standard errors: %.3g\n", difference_of_errors))
limit <- as.numeric(wave$setting[["limit"]])
differences <- c(wave$difference_of_weights, difference_of_estimates, if (comparable) difference_of_errors)
if (any(is.na(differences)) || max(differences) > limit) quit(status = 1)
