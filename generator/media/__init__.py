"""Files of picture and sound: probed within limits, decoded, encoded; FFmpeg's libraries by PyAV."""
