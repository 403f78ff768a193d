// Without the font files of the default theme: the system's fonts are as good, and nothing is loaded for them.
import theme from "vitepress/theme-without-fonts";
import "./file-names.css";

export default theme;
