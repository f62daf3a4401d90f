"""What is only ever measured: texts written apart, before any training, and never trained on."""
