"""Where frames come from: capture files, live interfaces, paced replay."""
