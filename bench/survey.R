# R's survey package on the peers' table: the design is built before the clock starts.  Prints one line of JSON.
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
path <- arguments[1]
table <- read.csv(paste0(path, ".csv"), stringsAsFactors = FALSE)
if (arguments[2] == "\"long text\"") table$area <- paste0("a name of more than twelve bytes: ", table$area)
if (arguments[2] == "\"categories\"") table$area <- factor(table$area)
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = table)
before <- sum(gc(reset = TRUE)[, 6])
clock <- function() sum(system.time(found <<- svyby(~y, ~area, design, svymean))[1:2])
taken <- clock()
highest <- sum(gc()[, 6])
if (taken < 10) taken <- median(c(taken, clock(), clock()))
numbers <- sprintf("\"%s\": [%.17g, %.17g]", as.character(found$area), coef(found), SE(found))
cat(sprintf(
  "{\"version\": \"%s (R %s)\", \"seconds\": %.6f, \"peak\": %.0f, \"numbers\": {%s}}\n",
  packageVersion("survey"), getRversion(), taken, 2^20 * (highest - before), paste(numbers, collapse = ", ")
))
