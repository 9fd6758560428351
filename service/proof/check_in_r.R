# The figures of a wave, computed again with R's package survey from the files beside this script.
#   Rscript check_in_r.R
source("wave_in_r.R")
wave <- read_wave(".")
figures <- wave$figures
computed <- t(mapply(function(variable, area) estimate(wave, variable, area), figures$variable, figures$area))
figures$estimate_r <- computed[, 1]
figures$se_r <- computed[, 2]

# The printed standard error: the design's, less what the people interviewed make certain, and the interviewers' part.
counted <- "interviewer" %in% names(wave$people)
of_interviewers <- if (counted) sapply(unique(figures$variable), function(v) interviewers_part(wave, v), simplify = FALSE)
part <- function(variable, area) if (counted) of_interviewers[[variable]][[area]] else NA_real_
figures$se_interviewer_r <- mapply(part, figures$variable, figures$area)
added <- ifelse(is.na(figures$se_interviewer_r), 0, figures$se_interviewer_r)
figures$se_printed_r <- sqrt(figures$remaining * figures$se_r^2 + added^2)

# --- side by side
difference_of_estimates <- max(abs(figures$estimate_r - figures$estimate))
comparable <- wave$setting[["se"]] == "yes"
difference_of_errors <- if (comparable) max(abs(figures$se_r - figures$se)) else NA
difference_of_interviewers <- max(0, abs(figures$se_interviewer_r - figures$se_interviewer), na.rm = TRUE)
if (any(is.na(figures$se_interviewer_r) != is.na(figures$se_interviewer))) difference_of_interviewers <- NA
difference_of_printed <- if (comparable) max(abs(figures$se_printed_r - figures$se_printed)) else NA
shown <- c("measure", "area", "n", "estimate", "estimate_r", "se", "se_r", "se_printed", "se_printed_r")
print(figures[, shown], digits = 12, row.names = FALSE)
write.csv(figures, "compared_r.csv", row.names = FALSE)
cat(sprintf("largest relative difference of weights: %.3g\n", wave$difference_of_weights))
cat(sprintf("largest difference of estimates: %.3g\n", difference_of_estimates))
cat(sprintf("largest difference of standard errors: %.3g\n", difference_of_errors))
cat(sprintf("largest difference of the interviewers' part: %.3g\n", difference_of_interviewers))
cat(sprintf("largest difference of printed standard errors: %.3g\n", difference_of_printed))
limit <- as.numeric(wave$setting[["limit"]])
of_errors <- if (comparable) c(difference_of_errors, difference_of_printed)
differences <- c(wave$difference_of_weights, difference_of_estimates, difference_of_interviewers, of_errors)
if (any(is.na(differences)) || max(differences) > limit) quit(status = 1)
