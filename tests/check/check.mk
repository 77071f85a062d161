# SPDX-License-Identifier: Apache-2.0
# Formatting, static analysis and the rules that hold for every file.
