"""The application: what every frontend calls; nothing is imported here, so that a frontend starts quickly."""
