"""What the far ends told: reports attached to the streams that they are about.

Pure state: reports and packet time go in, figures come out. What our own tap counted enters as
values, so that nothing here knows how packets are counted.
"""
