# R 4.2.2, sampling: Rscript cube.R cube.json
library(sampling)
# thirty made-up people with unequal chances, balanced on size (their pi), age and sex
k <- 1:30
size <- 1 + (7 * k) %% 11
age <- 18 + (13 * k) %% 61
woman <- (k %% 7 < 3) + 0
pik <- inclusionprobabilities(size, 9)
X <- cbind(pik, age, woman)
draws <- 20000
set.seed(2026)
J <- matrix(0, 30, 30)
for (d in 1:draws) { s <- which(samplecube(X, pik, order = 2, comment = FALSE, method = 2) > 0.5); J[s, s] <- J[s, s] + 1 }
cat(sprintf('{"software": "R %s, sampling %s", "draws": %d,\n "age": [%s],\n "woman": [%s],\n "pik": [%s],\n "joint": [\n%s]}\n',
  getRversion(), packageVersion("sampling"), draws, paste(age, collapse = ", "), paste(woman, collapse = ", "),
  paste(sprintf("%.15g", pik), collapse = ", "),
  paste(apply(J, 1, function(r) paste0("  [", paste(r, collapse = ", "), "]")), collapse = ",\n")),
  file = commandArgs(trailingOnly = TRUE)[1])
