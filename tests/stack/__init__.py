"""The image, the services around it, and an alert on its way from the wire to the telephone."""
