"""Marks, signatures and the answer to: is this clip ours?"""
