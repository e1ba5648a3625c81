rule figures:
    input:
        "data/processed/effects.csv",
        "data/processed/pools.csv",
        "data/processed/members.csv",
        processed("sensitivity", "reported", "bias_weights"),
        CONFIG,
        code("stages/figures.py", "stages/forest*.py", "stages/plotting.py", "stages/scales.py", "stages/sensitivity_plot.py",
             "stages/direction_plot.py", "stages/traffic_light.py", "text/*"),
    output:
        update("reports/figures/figures.json"),
    shell:
        "{EVIDENCE} figures"
