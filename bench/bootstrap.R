# Bootstrap replicates of R's survey package on the same table; the design is built first.  Prints one line of JSON.
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
table <- read.csv(paste0(arguments[1], ".csv"), stringsAsFactors = FALSE)
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = table)
before <- sum(gc(reset = TRUE)[, 6])
taken <- system.time({
  made <- as.svrepdesign(design, type = "subbootstrap", replicates = as.integer(arguments[2]), compress = TRUE)
  found <- svyby(~y, ~area, made, svymean)
})[["elapsed"]]
highest <- sum(gc()[, 6])
cat(sprintf("{\"seconds\": %.6f, \"peak\": %.0f, \"se\": [%s]}\n", taken, 2^20 * (highest - before),
            paste(sprintf("%.17g", SE(found)), collapse = ", ")))
