# One wave from its files, with the weights made again by R's package survey (Lumley 2004); used by the scripts beside it.
# settings.csv    how the weights were made and what a stratum with one sampling unit contributes
# microdata.csv   a row for each interview: area, stratum, sampling unit, weights, the interviewer's number where
#                 interviewers are counted in the errors, auxiliaries x1 ... xq, values y1 ... yk
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

# The interviewers' part of the standard errors of all areas and of everybody ("*"), with the final weights.
# y = mean of area d + sigma_d b_j + e for interviewer j with Var b = theta and Var e = sigma_d^2; interviewers add
#   theta sigma_d^2 sum_j W_dj^2 to the variance of an area, W_dj being the part of its weight that j has, and
#   theta sum_j (sum_d v_d sigma_d W_dj)^2 to that of everybody, v_d being the part of the weight that area d has.
# theta = (Q - tr N) / tr LL' (0 if that is negative) from z = sqrt(theta) L b + noise with the covariance N, Q = z'z:
#   z_j = sum_d t_dj / sqrt(m_j), t_dj = sum of w (y - mean of d), over areas with two interviewers or more.
interviewers_part <- function(wave, variable) {
  people <- wave$people[wave$has_answer[, variable] & wave$people$weight > 0, ]
  y <- people[[variable]]
  area <- factor(people$area)
  who <- factor(people$interviewer)
  part_of_area <- tapply(people$weight, area, sum) / sum(people$weight)
  w <- people$weight * (tapply(people$weight, area, sum) / tapply(people$weight^2, area, sum))[area]
  sums <- function(x) unclass(xtabs(x ~ area + who))
  weight <- sums(w)
  squared <- sums(w^2)
  size <- rowSums(weight)
  mean_of_cell <- sums(w * y) / weight
  freedom <- rowSums(ifelse(weight > 0, weight - squared / weight, 0))
  freedom[freedom <= 1e-9] <- 0
  squares <- rowSums(sums(w * (y - mean_of_cell[cbind(area, who)])^2))
  square <- ifelse(freedom > 0, squares / freedom, 0)  # within interviewers
  of_all <- if (sum(freedom) > 0) sum(squares) / sum(freedom) else 0
  sigma <- sqrt((freedom * square + 30 * of_all) / (freedom + 30))
  sigma[sigma <= 0] <- 1
  shared <- rowSums(weight > 0) > 1
  t_dj <- (sums(w * y) - weight * rowSums(sums(w * y)) / size)[shared, , drop = FALSE]
  W <- weight[shared, , drop = FALSE]
  Q2 <- squared[shared, , drop = FALSE]
  scale <- diag(ifelse(colSums(W) > 0, 1 / sqrt(colSums(W)), 0), ncol(W))
  s2 <- square[shared]
  L <- scale %*% (diag(colSums(W * sigma[shared]), ncol(W)) - t(W) %*% (W * sigma[shared] / size[shared]))
  crossed <- t(Q2) %*% (W * s2 / size[shared])
  N <- diag(colSums(Q2 * s2), ncol(W)) - crossed - t(crossed) + t(W) %*% (W * s2 * rowSums(Q2) / size[shared]^2)
  N <- scale %*% N %*% scale
  z <- scale %*% colSums(t_dj)
  lever <- if (sum(diag(N)) > 0) sum(L^2) else 0
  if (lever <= 0) return(setNames(rep(NA_real_, nlevels(area) + 1), c(levels(area), "*")))
  theta <- max(0, sum(z^2) - sum(diag(N))) / lever
  loading <- sigma * weight / size
  everybody <- colSums(as.vector(part_of_area) * loading)
  sqrt(theta * c(rowSums(loading^2), "*" = sum(everybody^2)))
}
