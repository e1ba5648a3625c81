rule figures:
    input:
        "data/processed/effects.csv",
        "data/processed/pools.csv",
        "data/processed/members.csv",
        processed("sensitivity", "reported", "bias_weights", "flow", "moderators"),
        CONFIG,
        code("stages/figures.py", "stages/forest*.py", "stages/plotting.py", "stages/scales.py", "stages/sensitivity_plot.py",
             "stages/direction_plot.py", "stages/traffic_light.py", "stages/many_studies.py", "stages/funnel.py", "stages/frame.py", "stages/flow_plot.py",
             "text/*"),
    output:
        update("reports/figures/figures.json"),
    shell:
        "{EVIDENCE} figures"
