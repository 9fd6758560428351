# The changes between two windows of waves, computed again with R's package survey from the files beside this script.
#   Rscript changes_in_r.R
# waves.csv          each wave, the folder of its files, and its coefficient a in the change (-1 and 1 for two waves)
# changes.csv        each change with two standard errors: se, from the covariances below as the sample gives them, and
#                    se_published, from the correlations that the programme uses (shrunk towards those of all areas)
# correlations.csv   for each area and two waves: correlation, as the sample gives it, and correlation_used
# The variance of a change is the sum over waves s and t of a_s a_t C_st.  C_tt is the variance from survey.  With
#   e_tj = sqrt(n_h / (n_h - 1)) (u_tj - mean of u_t in stratum h)
# for the linearised total u_tj of sampling unit j in wave t, C_st is the sum of e_sj e_tj over the units in both waves.
source("wave_in_r.R")
waves <- read.csv("waves.csv", colClasses = c(wave = "character", folder = "character"))
text_columns <- c(variable = "character", measure = "character", league = "character", area = "character")
changes <- read.csv("changes.csv", colClasses = text_columns)
pairs <- read.csv("correlations.csv", colClasses = c(text_columns, earlier = "character", later = "character"))
loaded <- setNames(lapply(waves$folder, read_wave), waves$wave)

# e of every sampling unit (rows, named by its number) for the mean of an area
influence <- function(wave, variable, area) {
  people <- wave$people
  inside <- wave$has_answer[, variable] & people$area == area
  w <- weights(wave$design) * inside
  mean_of_area <- sum(w * people[[variable]]) / sum(w)
  x <- w * (people[[variable]] - mean_of_area) / sum(w)
  for (calibrated in wave$design$postStrata) x <- qr.resid(calibrated$qr, x / calibrated$w) * calibrated$w
  u <- tapply(x, people$psu, sum)
  stratum <- people$stratum[match(names(u), people$psu)]
  n <- ave(u, stratum, FUN = length)
  adjusted <- wave$setting[["lonely"]] == "adjust"
  e <- ifelse(n > 1, sqrt(n / pmax(n - 1, 1)) * (u - ave(u, stratum)), if (adjusted) u else 0)
  setNames(as.vector(e) * raise(wave, variable, area), names(u))
}

computed <- lapply(seq_len(nrow(changes)), function(row) {
  variable <- changes$variable[row]
  area <- changes$area[row]
  of_waves <- sapply(loaded, estimate, variable, area)
  e <- lapply(loaded, influence, variable, area)
  se <- of_waves[2, ]
  correlation <- correlation_used <- diag(length(se))
  dimnames(correlation) <- dimnames(correlation_used) <- list(waves$wave, waves$wave)
  of_row <- pairs[pairs$variable == variable & pairs$league == changes$league[row] & pairs$area == area, ]
  for (pair in seq_len(nrow(of_row))) {
    s <- of_row$earlier[pair]
    t <- of_row$later[pair]
    common <- intersect(names(e[[s]]), names(e[[t]]))
    product <- se[[s]] * se[[t]]
    r <- if (product > 0) sum(e[[s]][common] * e[[t]][common]) / product else 0
    correlation[s, t] <- correlation[t, s] <- r
    correlation_used[s, t] <- correlation_used[t, s] <- of_row$correlation_used[pair]
  }
  a <- waves$coefficient
  error <- function(r) sqrt(max(0, sum(outer(a * se, a * se) * r)))
  off <- max(abs(mapply(function(s, t) correlation[s, t], of_row$earlier, of_row$later) - of_row$correlation), 0)
  c(sum(a * of_waves[1, ]), error(correlation), error(correlation_used), off)
})
computed <- do.call(rbind, computed)
changes$change_r <- computed[, 1]
changes$se_r <- computed[, 2]
changes$se_published_r <- computed[, 3]

# --- side by side
settings <- loaded[[1]]$setting
comparable <- all(sapply(loaded, function(wave) wave$setting[["se"]]) == "yes")
differences <- c(
  weights = max(sapply(loaded, `[[`, "difference_of_weights")),
  changes = max(abs(changes$change_r - changes$change))
)
if (comparable) {
  differences <- c(
    differences,
    correlations = max(computed[, 4]),
    errors = max(abs(changes$se_r - changes$se)),
    published_errors = max(abs(changes$se_published_r - changes$se_published))
  )
}
print(changes[, setdiff(names(changes), c("variable", "league"))], digits = 10, row.names = FALSE)
write.csv(changes, "compared_changes_r.csv", row.names = FALSE)
cat(sprintf("largest difference of %s: %.3g\n", gsub("_", " ", names(differences)), differences), sep = "")
if (any(is.na(differences)) || max(differences) > as.numeric(settings[["limit"]])) quit(status = 1)
