"""Upper edges of all histograms: who counts and who exports must mean the same buckets.

A value on an edge belongs to the bucket under it (Prometheus' `le`); a bucket +Inf comes last.
"""

MOS_EDGES = (1.5, 2.0, 2.5, 2.8, 3.1, 3.4, 3.6, 3.8, 4.0, 4.1, 4.2, 4.3, 4.4)
R_FACTOR_EDGES = (
    *(20.0, 40.0, 50.0, 55.0, 60.0, 65.0, 70.0, 75.0, 80.0, 85.0, 90.0, 93.0),
    *(100.0, 110.0, 120.0, 130.0, 140.0),
)
LOSS_RATIO_EDGES = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0)
JITTER_S_EDGES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5)
DELAY_VARIATION_S_EDGES = (0.005, 0.01, 0.02, 0.05, 0.07, 0.09, 0.12, 0.15, 0.2, 0.3, 0.5)
LOSS_RUN_PACKETS_EDGES = (1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0, 50.0, 100.0)
ROUND_TRIP_S_EDGES = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1.0, 2.0, 5.0)
POST_DIAL_DELAY_S_EDGES = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0)
